using PrivacyGrains.Learning.Sweeps;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>Where a search stands: its journal, replayed.</summary>
internal sealed class SweepState
{
    private readonly Dictionary<int, Level> _levels = [];

    /// <summary>The search, or null where none was begun or the last one was refused.</summary>
    public SweepStarted? Started { get; private set; }

    /// <summary>Searches that ended before they began: what they held is given back.</summary>
    public List<SweepStarted> Refused { get; } = [];

    /// <summary>The records' digest, once they were read.</summary>
    public string? Rows { get; private set; }

    /// <summary>The measured number of training records.</summary>
    public int? Count { get; private set; }

    /// <summary>Whether it has ended.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>A level that was begun, or null.</summary>
    public Level? At(int level) => _levels.GetValueOrDefault(level);

    /// <summary>The result that a level released; null where it released none, or had no trial.</summary>
    public TrialResult? Released(int level) => At(level) is { Best: >= 0 and var best } known ? known.Trials[best] : null;

    public void Apply(SweepEntry entry)
    {
        switch (entry)
        {
            case SweepStarted started:
                Started = started;
                break;
            case SweepRefused:
                Refused.Add(Started!);
                Started = null;
                break;
            case SweepRead read:
                Rows = read.Rows;
                break;
            case SweepSized sized:
                Count = sized.Count;
                break;
            case SweepLevelBegun begun:
                _levels.Add(begun.Level, new Level(begun.Candidates));
                break;
            case SweepTrialDone done:
                _levels[done.Level].Trials.Add(done.ToResult());
                break;
            case SweepLevelReleased released:
                _levels[released.Level].Best = released.Best;
                break;
            case SweepFinished:
                IsFinished = true;
                break;
        }
    }

    /// <summary>A level's trials.</summary>
    /// <param name="candidates">One a trial, as drawn.</param>
    internal sealed class Level(int[] candidates)
    {
        public IReadOnlyList<int> Candidates { get; } = candidates;

        public List<TrialResult> Trials { get; } = [];

        /// <summary>Null until the release.</summary>
        public int? Best { get; set; }
    }
}
