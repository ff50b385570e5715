namespace PrivacyGrains.Cli.Demo;

/// <summary>The story did not go as it must: something of the system is wrong, or the machine was too slow.</summary>
/// <param name="message">One line.</param>
internal sealed class DemoFailedException(string message) : Exception(message);
