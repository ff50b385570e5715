namespace PrivacyGrains.Client.Errors;

/// <summary>The gateway said no, or could not be reached.</summary>
/// <remarks>Decide by <see cref="Code"/>, which is stable; show <see cref="Exception.Message"/> to people.</remarks>
public sealed class GatewayException : Exception
{
    /// <summary>No answer came: the address is wrong, the gateway is down, or the network is.</summary>
    public const string Unreachable = "gateway.unreachable";

    /// <summary>No answer came within the client's deadline. Whether a write happened is not known.</summary>
    public const string TimedOut = "gateway.timed-out";

    /// <summary>What answered is not this API.</summary>
    public const string NotTheApi = "gateway.not-the-api";

    /// <summary>An API key would have travelled unencrypted to another machine.</summary>
    public const string Insecure = "gateway.insecure";

    /// <summary>Says what happened.</summary>
    /// <param name="code">Stable, lower case with dots: the gateway's, or one of the constants here.</param>
    /// <param name="status">The HTTP status; 0 where there was no answer.</param>
    /// <param name="detail">One sentence that says what to change.</param>
    /// <param name="traceId">Names the request in the gateway's log; null where there was no answer.</param>
    /// <param name="inner">The machine's trouble, if that is what it was.</param>
    public GatewayException(string code, int status, string detail, string? traceId = null, Exception? inner = null)
        : base($"{code}: {detail}", inner)
    {
        Code = code;
        Status = status;
        Detail = detail;
        TraceId = traceId;
    }

    /// <summary>Stable, lower case with dots, as <c>ledger.over-budget</c>.</summary>
    public string Code { get; }

    /// <summary>The HTTP status; 0 where there was no answer.</summary>
    public int Status { get; }

    /// <summary>One sentence that says what to change.</summary>
    public string Detail { get; }

    /// <summary>Names the request in the gateway's log; null where there was no answer.</summary>
    public string? TraceId { get; }
}
