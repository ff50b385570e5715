using System.Collections.Immutable;
using PrivacyGrains.Grains.Rounds;

namespace PrivacyGrains.Grains.Queries;

/// <summary>What a query's entries amount to. Immutable; <see cref="QueryRules"/> decides on it.</summary>
internal sealed record QueryState
{
    /// <summary>No query yet.</summary>
    public static QueryState Empty { get; } = new();

    /// <summary>What is asked; null before it is.</summary>
    public QueryCreated? Created { get; private init; }

    /// <summary>Every round so far, an open one as running.</summary>
    public ImmutableArray<RoundLine> Rounds { get; private init; } = [];

    /// <summary>The plan of the round that is not known to have ended; null for none.</summary>
    public RoundPlan? Open { get; private init; }

    /// <summary>The answer, once there is one.</summary>
    public QueryAnswered? Answered { get; private init; }

    /// <summary>The earlier answer that was given again; null where it was asked anew.</summary>
    public QueryAnsweredBefore? AnsweredBefore { get; private init; }

    /// <summary>The answer, whichever way it came.</summary>
    public QueryResult? Answer => Answered?.Answer ?? AnsweredBefore?.Answer;

    /// <summary>Why there is none, once that is certain.</summary>
    public QueryFailed? Failed { get; private init; }

    /// <summary>Whether it was asked and has not ended.</summary>
    public bool IsRunning => Created is not null && Answer is null && Failed is null;

    /// <summary>The state after one durable entry.</summary>
    public QueryState Apply(QueryEntry entry) => entry switch
    {
        QueryCreated e => this with { Created = e },
        QueryRoundPlanned e => this with { Open = e.Plan, Rounds = Rounds.Add(RoundPlanning.Open(e.Plan, 1)) },
        QueryRoundAborted e => Ended(e.Line),
        QueryAnswered e => Ended(e.Line) with { Answered = e },
        QueryAnsweredBefore e => this with { AnsweredBefore = e },
        QueryFailed e => (e.Line is { } line ? Ended(line) : this) with { Failed = e },
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>Where the query stands, for everybody.</summary>
    /// <param name="query">Its key.</param>
    /// <param name="version">The journal's.</param>
    public QueryView View(string query, long version) => new(
        query, Created!.Terms, version, Answer is not null ? "answered" : Failed is not null ? "failed" : "running", Rounds,
        Answer is { Rows.IsDefault: true } old ? old with { Rows = [] } : Answer, Failed?.Message, AnsweredBefore?.From);

    private QueryState Ended(RoundLine line) => this with
    {
        Open = Open?.Session == line.Session ? null : Open,
        Rounds = [.. Rounds.Select(known => known.Session == line.Session ? line : known)],
    };
}
