using System.Text;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>A budget's ledger and its answers in a folder, for a party that queries its own rows without a consortium. The rules are those of every ledger: <see cref="BudgetLedger"/>.</summary>
/// <remarks>
/// <c>ledger.jsonl</c> holds the chained entries in canonical form, <c>answers.jsonl</c> the answers that were paid for. The chain shows an entry that was changed, removed or exchanged; whoever can
/// write the folder can also write another history, since nobody else witnesses its head. A consortium's ledgers are witnessed.
/// </remarks>
public sealed class LedgerFolder : IDisposable
{
    private readonly LineFile _entries;
    private readonly TimeProvider _clock;

    private LedgerFolder(LineFile entries, AnswerBook answers, BudgetLedger ledger, TimeProvider clock) => (_entries, Answers, Ledger, _clock) = (entries, answers, ledger, clock);

    /// <summary>The budget as it stands.</summary>
    public BudgetLedger Ledger { get; private set; }

    /// <summary>The answers that were paid for from it.</summary>
    public AnswerBook Answers { get; }

    /// <summary>Opens a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="create">Whether it may be new.</param>
    /// <param name="clock">Gives entries their time.</param>
    /// <returns>The ledger; dispose it to let another process have it.</returns>
    /// <exception cref="InputException"><c>ledger.not-open</c>: there is none; <c>ledger.damaged</c>: its chain is broken, with the line.</exception>
    /// <exception cref="QueryRefusedException"><c>ledger.in-use</c>.</exception>
    public static LedgerFolder Open(string path, bool create, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Path.Combine(path, "ledger.jsonl");
        if (!create && !File.Exists(file))
        {
            throw new InputException("ledger.not-open", $"{path} holds no ledger. Open one with: privacygrains query ledger {path} --epsilon E --delta D");
        }

        Directory.CreateDirectory(path);
        var lines = LineFile.Open(file);
        try
        {
            ReadOnlyMemory<byte>[] bytes = [.. lines.Lines.Select(l => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(l))];
            var verdict = LedgerChain.VerifyBytes(bytes);
            if (!verdict.IsOk)
            {
                throw new InputException("ledger.damaged", $"{file}, line {verdict.BadIndex + 1}: {verdict.Reason}. Restore the file from a backup that has all its lines.");
            }

            var ledger = BudgetLedger.Replay(bytes.Select(b => LedgerEntryCodec.TryDecode(b.Span, out var entry) ? entry : throw new InvalidDataException("An entry that verified cannot be read.")));
            if (!create && !ledger.IsOpen)
            {
                throw new InputException("ledger.not-open", $"{path} holds the beginnings of a ledger that was never opened. Open it with: privacygrains query ledger {path} --epsilon E --delta D");
            }

            return new LedgerFolder(lines, AnswerBook.Open(Path.Combine(path, "answers.jsonl")), ledger, clock);
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>Decides, and makes the decision durable before it is answered.</summary>
    /// <param name="decide">One of the ledger's decisions.</param>
    /// <returns>How it stands.</returns>
    /// <exception cref="QueryRefusedException">The ledger refuses, as <c>ledger.over-budget</c>, and says what is left.</exception>
    public LedgerOutcome Decide(Func<BudgetLedger, DateTimeOffset, LedgerDecision> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        var decision = decide(Ledger, _clock.GetUtcNow());
        if (!decision.Outcome.Stands)
        {
            throw new QueryRefusedException(decision.Outcome.Code, decision.Outcome.Message);
        }

        if (decision.Entry is { } entry)
        {
            _entries.Append(Encoding.UTF8.GetString(LedgerEntryCodec.Encode(entry)));
            Ledger = Ledger.Apply(entry);
        }

        return decision.Outcome;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Answers.Dispose();
        _entries.Dispose();
    }
}
