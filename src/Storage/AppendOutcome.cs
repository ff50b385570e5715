namespace PrivacyGrains.Storage;

/// <summary>What became of an append: all of its entries are durable, or none was written.</summary>
public abstract record AppendOutcome
{
    private AppendOutcome()
    {
    }

    /// <summary>The entries are durable, and survive a crash of process and machine.</summary>
    /// <param name="NewVersion">The version of the last of them, which is now the stream's end.</param>
    public sealed record Appended(long NewVersion) : AppendOutcome;

    /// <summary>Nothing was written: the stream did not end where the writer believed. Read what was missed, decide again.</summary>
    /// <param name="ActualVersion">Where the stream ended when it was looked at; 0 where it does not exist.</param>
    public sealed record Conflict(long ActualVersion) : AppendOutcome;
}
