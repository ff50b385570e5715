namespace PrivacyGrains.Client.Audit;

/// <summary>What a verification found.</summary>
/// <param name="What">What was verified, as <c>audit log test</c> or <c>ledger hospital-1/records</c>.</param>
/// <param name="Entries">How many entries it has.</param>
/// <param name="Faults">What is wrong, in order; empty where all is as it should be.</param>
/// <param name="Notes">What a reader should know though it is no fault.</param>
public sealed record Verdict(string What, long Entries, IReadOnlyList<VerificationFault> Faults, IReadOnlyList<string> Notes)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool IsGood => Faults.Count == 0;
}

/// <summary>Something that is wrong with a log or a ledger.</summary>
/// <param name="Code">Stable, lower case with dots, as <c>audit.wrong-root</c>.</param>
/// <param name="Detail">One sentence that names the place.</param>
public sealed record VerificationFault(string Code, string Detail);
