using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>What an own-party query says, on the wire and in files. A dry run has no rows.</summary>
/// <param name="Query">The query in canonical form.</param>
/// <param name="Table">Its schema's digest.</param>
/// <param name="Epsilon">What the answer costs by itself, at <paramref name="Delta"/>; rounded up.</param>
/// <param name="Delta">The failure probability.</param>
/// <param name="Rho">The same in zCDP; null where the loss has a delta of its own.</param>
/// <param name="Neighbours">Whom the answer protects and how neighbours differ.</param>
/// <param name="Split">On what the budget is spent.</param>
/// <param name="ExpectedErrors">How far off each aggregate was expected to be.</param>
/// <param name="Columns">The answer's columns: keys, then aggregates.</param>
/// <param name="Rows">One a group; null for a dry run.</param>
/// <param name="Charged">Whether a ledger was charged for these rows; when they were first given.</param>
/// <param name="Cached">Whether they were given before, and cost nothing now.</param>
/// <param name="EpsilonLeft">What the ledger has left; null without one.</param>
/// <param name="Note">What else to know, in a line.</param>
/// <param name="Blocks">The time blocks whose rows were used and charged, by name; null where the budget has no periods.</param>
public sealed record OwnAnswer(
    string Query, string Table, double Epsilon, double Delta, double? Rho, string Neighbours, IReadOnlyList<BudgetShare> Split, IReadOnlyList<ExpectedError> ExpectedErrors,
    IReadOnlyList<string> Columns, IReadOnlyList<OwnAnswerRow>? Rows, bool Charged, bool Cached, double? EpsilonLeft, string Note, IReadOnlyList<string>? Blocks = null);

/// <summary>One group.</summary>
/// <param name="Keys">Its keys, in the order of GROUP BY.</param>
/// <param name="Figures">One for each aggregate.</param>
public sealed record OwnAnswerRow(IReadOnlyList<string> Keys, IReadOnlyList<OwnFigure> Figures);

/// <summary>One figure with its error bar.</summary>
/// <param name="Name">As the query calls it.</param>
/// <param name="Value">The figure; null where there is none.</param>
/// <param name="Lower95">Lower end of the 95 % error bar.</param>
/// <param name="Upper95">Upper end of the 95 % error bar.</param>
public sealed record OwnFigure(string Name, double? Value, double Lower95, double Upper95);
