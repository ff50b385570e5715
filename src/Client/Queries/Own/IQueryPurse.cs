using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>Who pays for an own-party query.</summary>
public interface IQueryPurse : IDisposable
{
    /// <summary>The answers that were paid for.</summary>
    AnswerBook Answers { get; }

    /// <summary>How long the time blocks are that charges name; null for a budget without periods.</summary>
    /// <param name="cancel">Gives up.</param>
    Task<BlockLength?> PeriodAsync(CancellationToken cancel);

    /// <summary>What the ledger has left: the least of the levels that a charge meets.</summary>
    /// <param name="blocks">About the rows of which blocks; null for a budget without periods.</param>
    /// <param name="cancel">Gives up.</param>
    Task<double> LeftAsync(BlockSet? blocks, CancellationToken cancel);

    /// <summary>Holds the plan's loss.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <param name="binding">Digest of what it pays for.</param>
    /// <param name="plan">What is asked, with its loss.</param>
    /// <param name="blocks">About the rows of which blocks; null for a budget without periods.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="QueryRefusedException">The ledger refuses.</exception>
    Task ReserveAsync(string chargeId, string binding, LocalPlan plan, BlockSet? blocks, CancellationToken cancel);

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
