namespace PrivacyGrains.Privacy.Accounting.Plans;

/// <summary>A plan that cannot be accounted for as it stands: a field that is wrong, or an accountant that has no bound for an event.</summary>
public sealed class PlanRefusedException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="code">Stable, lower case with dots, as <c>account.bad-plan</c>.</param>
    /// <param name="message">One line: the field, and what to change. Public.</param>
    /// <param name="inner">What the reader met, if anything.</param>
    public PlanRefusedException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>Stable, lower case with dots.</summary>
    public string Code { get; }
}
