namespace PrivacyGrains.Client.Queries.Own;

/// <summary>An own-party query that makes sense and may not be answered now: the budget is gone, or its ledger is in use.</summary>
public sealed class QueryRefusedException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="code">Stable, as <c>ledger.over-budget</c>.</param>
    /// <param name="message">One line for people, with what is left where a budget is meant.</param>
    /// <param name="inner">What was behind it, or null.</param>
    public QueryRefusedException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>Stable, lower case with dots.</summary>
    public string Code { get; }
}
