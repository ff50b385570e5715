namespace PrivacyGrains.Storage;

/// <summary>A journal is not what was written: bytes have changed or are missing that were acknowledged, or may have been.</summary>
/// <remarks>Never mended silently: the message names the place and says what to do.</remarks>
public sealed class JournalDamagedException : IOException
{
    /// <summary>Names the damage.</summary>
    /// <param name="location">The damaged file's full path, or the database's name.</param>
    /// <param name="offset">Where in the file the damaged record begins, in bytes; -1 where there is no such place.</param>
    /// <param name="finding">What was found.</param>
    /// <param name="remedy">What the operator should do.</param>
    public JournalDamagedException(string location, long offset, string finding, string remedy)
        : base(offset < 0 ? $"{location}: {finding} {remedy}" : $"{location}, offset {offset}: {finding} {remedy}")
    {
        Location = location;
        Offset = offset;
    }

    /// <summary>The damaged file's full path, or the database's name.</summary>
    public string Location { get; }

    /// <summary>Where in the file the damaged record begins, in bytes; -1 where there is no such place.</summary>
    public long Offset { get; }
}

/// <summary>Another process (or another part of this one) has the journal open; a folder serves one at a time.</summary>
public sealed class JournalLockedException : IOException
{
    /// <summary>Names the folder and its holder.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="holder">Who holds it, as far as it can be told.</param>
    public JournalLockedException(string folder, string holder)
        : base($"{folder} is open already, in {holder}. Stop that process, or give this one another folder.")
    {
    }
}

/// <summary>No store is kept here for the owner that was asked for.</summary>
public sealed class UnknownOwnerException : Exception
{
    /// <summary>Names the owner.</summary>
    /// <param name="owner">The owner that was asked for.</param>
    /// <param name="reason">Why there is no store, and what to change.</param>
    public UnknownOwnerException(string owner, string reason)
        : base($"No store for the owner '{owner}': {reason}") => Owner = owner;

    /// <summary>The owner that was asked for.</summary>
    public string Owner { get; }
}
