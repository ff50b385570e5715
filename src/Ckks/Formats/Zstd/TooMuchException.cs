namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>A packed body says that it holds more than there can be.</summary>
internal sealed class TooMuchException(string message) : IOException(message);
