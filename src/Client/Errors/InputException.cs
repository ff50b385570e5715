namespace PrivacyGrains.Client.Errors;

/// <summary>What a person gave is wrong: a file, a number, a folder. The message is one line that says what to change.</summary>
public sealed class InputException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="code">Stable, lower case with dots, as <c>csv.not-a-number</c>.</param>
    /// <param name="message">One line: where it is wrong and what to change. Public.</param>
    /// <param name="inner">The machine's trouble, if that is what it was.</param>
    public InputException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>Stable, lower case with dots.</summary>
    public string Code { get; }
}
