namespace PrivacyGrains.Client.Http;

/// <summary>Bytes that came back, with the answer's headers.</summary>
/// <param name="Bytes">The body.</param>
/// <param name="Headers">By name, in any case of letters.</param>
public sealed record BytesAnswer(byte[] Bytes, IReadOnlyDictionary<string, string> Headers);
