namespace PrivacyGrains.Storage;

/// <summary>The journals of a process's owners: each party its own, and the consortium's.</summary>
/// <remarks>
/// A party's grains open their party's journal and no other; only the coordinator's grains open <see cref="ConsortiumOwner"/>.
/// The journals belong to the stores: who opens one does not dispose it.
/// </remarks>
public interface IStores
{
    /// <summary>The reserved owner whose journal the coordinator's grains write.</summary>
    const string ConsortiumOwner = "consortium";

    /// <summary>Opens an owner's journal, or gives the one that is open already.</summary>
    /// <param name="owner">A party's id (1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter) or <see cref="ConsortiumOwner"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The journal, ready to read and append.</returns>
    /// <exception cref="UnknownOwnerException">This process keeps no store for that owner, or it is no owner's name.</exception>
    /// <exception cref="JournalDamagedException">The journal is not what was written; the message says where and what to do.</exception>
    /// <exception cref="JournalLockedException">Another process has the journal open.</exception>
    ValueTask<IJournal> OpenAsync(string owner, CancellationToken cancellationToken);
}
