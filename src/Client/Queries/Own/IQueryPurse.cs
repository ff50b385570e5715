using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>Who pays for an own-party query.</summary>
public interface IQueryPurse : IDisposable
{
    /// <summary>The answers that were paid for.</summary>
    AnswerBook Answers { get; }

    /// <summary>What the ledger has left.</summary>
    /// <param name="cancel">Gives up.</param>
    Task<double> LeftAsync(CancellationToken cancel);

    /// <summary>Holds the plan's loss.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <param name="binding">Digest of what it pays for.</param>
    /// <param name="plan">What is asked, with its loss.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="QueryRefusedException">The ledger refuses.</exception>
    Task ReserveAsync(string chargeId, string binding, LocalPlan plan, CancellationToken cancel);

    /// <summary>Spends it: before the noise is drawn.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <param name="cancel">Gives up.</param>
    Task CommitAsync(string chargeId, CancellationToken cancel);

    /// <summary>Gives it back, nothing having been released.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <param name="reason">Public; nothing of any row is in it.</param>
    /// <param name="cancel">Gives up.</param>
    Task RefundAsync(string chargeId, string reason, CancellationToken cancel);
}
