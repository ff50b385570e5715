using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Selects;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>Answers a query of one party over its own CSV file.</summary>
/// <remarks>
/// Steps: (0) where the budget has periods, the blocks follow from the query and its schema; (1) an answer that was paid for is given again, if the file is the same; (2) the loss is reserved: a query over budget ends here, no row having been read; (3) the file is read and all that
/// can fail is tried; a failure gives the loss back; (4) the charge is committed; (5) the noise is drawn; (6) the answer is kept. After a crash between 4 and 6 the charge stands, and the question
/// asked again is charged anew.
/// </remarks>
public static class OwnQuery
{
    /// <summary>States cost and expected errors. Reads no data and spends nothing.</summary>
    /// <param name="plan">What is asked.</param>
    /// <param name="purse">Who would pay: then the blocks and what is left are stated too; null for nobody.</param>
    /// <param name="rowsPerGroup">For the errors of means and variances.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The document without rows.</returns>
    /// <exception cref="InputException">The budget has periods, and the query does not say of which: as of <see cref="SelectQuery.TryBlocks"/>.</exception>
    public static async Task<OwnAnswer> DryRunAsync(LocalPlan plan, IQueryPurse? purse, double rowsPerGroup, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var dry = Document(plan, rowsPerGroup, "A dry run: no data was read and nothing was charged.");
        if (purse is null)
        {
            return dry;
        }

        var blocks = await BlocksAsync(plan, purse, cancel);
        return dry with { Blocks = blocks?.Names, EpsilonLeft = await purse.LeftAsync(blocks, cancel) };
    }

    /// <summary>Answers.</summary>
    /// <param name="plan">What is asked.</param>
    /// <param name="data">The CSV file.</param>
    /// <param name="purse">Who pays; null for nobody.</param>
    /// <param name="rowsPerGroup">For the expected errors in the document.</param>
    /// <param name="cancel">Gives up, until the charge is committed.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="InputException">As of <see cref="DryRunAsync"/>, or the file cannot answer: as of <see cref="CsvTable.Read(string)"/>, or a table's fault.</exception>
    /// <exception cref="QueryRefusedException">The ledger refuses.</exception>
    /// <exception cref="GatewayException">The ledger behind the gateway refuses, or the gateway failed.</exception>
    public static async Task<OwnAnswer> RunAsync(LocalPlan plan, string data, IQueryPurse? purse, double rowsPerGroup, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (purse is null)
        {
            var unpaid = Document(plan, rowsPerGroup, "No ledger was named, so nothing is charged: nobody keeps count of what repeated answers lose together. Name one with --ledger, or --budget with --folder.");
            return unpaid with { Rows = Rows(plan, Release(plan, Read(plan, data, null))) };
        }

        // 0.
        var blocks = await BlocksAsync(plan, purse, cancel);

        // 1.
        var key = Hex($"privacygrains.own-query.v1|{plan.Query.Digest()}|{plan.Epsilon.Value:R}|{plan.Delta.Value:R}{(blocks is null ? "" : $"|{blocks}")}");
        if (purse.Answers.Knows(key) && purse.Answers.Find(key, DigestOf(data)) is { } known)
        {
            return known with { Cached = true, EpsilonLeft = await purse.LeftAsync(blocks, cancel), Note = "Answered before on the same data: the same figures, at no further cost." };
        }

        // 2.
        var chargeId = $"query.{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var binding = ReleaseBinding.Create(chargeId, chargeId, new byte[SHA256.HashSizeInBytes], Convert.FromHexString(plan.Query.Digest()));
        await purse.ReserveAsync(chargeId, binding, plan, blocks, cancel);

        // 3.
        ExactAnswer exact;
        string digest;
        try
        {
            (exact, digest) = (Read(plan, data, blocks), DigestOf(data));
        }
        catch
        {
            await purse.RefundAsync(chargeId, "the data cannot answer", CancellationToken.None);
            throw;
        }

        // 4 to 6.
        await purse.CommitAsync(chargeId, CancellationToken.None);
        var answer = Document(plan, rowsPerGroup, "") with { Rows = Rows(plan, Release(plan, exact)), Charged = true, Blocks = blocks?.Names };
        purse.Answers.Keep(new KeptAnswer(key, digest, answer));
        return answer with { EpsilonLeft = await purse.LeftAsync(blocks, CancellationToken.None) };
    }

    private static async Task<BlockSet?> BlocksAsync(LocalPlan plan, IQueryPurse purse, CancellationToken cancel) =>
        await purse.PeriodAsync(cancel) is not { } length ? null
        : plan.Query.TryBlocks(length, out var blocks, out var fault) ? blocks
        : throw new InputException(fault.Code, fault.Message);

    private static ExactAnswer Read(LocalPlan plan, string data, BlockSet? blocks) => plan.TryRead(CsvTable.Read(data).ToTable(), SystemRandomSource.Instance, out var exact, out var fault, blocks)
        ? exact
        : throw new InputException(fault.Code, $"{Path.GetFileName(data)}: {fault.Message}");

    private static System.Collections.Immutable.ImmutableArray<AnswerRow> Release(LocalPlan plan, ExactAnswer exact) => plan.Release(exact, SystemRandomSource.Instance);

    private static OwnAnswer Document(LocalPlan plan, double rowsPerGroup, string note) => new(
        plan.Query.ToString(), plan.Query.Schema.Digest(), plan.Epsilon.Value, plan.Delta.Value, plan.Rho?.Value, plan.Neighbours.ToString(), plan.Split, plan.ExpectedErrors(rowsPerGroup),
        [.. plan.Query.Keys.Select(k => k.Key.ToString()), .. plan.Query.Statement.Aggregates.Select(a => a.Item.Shown)], null, false, false, null, note);

    private static List<OwnAnswerRow> Rows(LocalPlan plan, IEnumerable<AnswerRow> rows)
    {
        string[] names = [.. plan.Query.Statement.Aggregates.Select(a => a.Item.Shown)];
        return [.. rows.Select(r => new OwnAnswerRow(r.Keys, [.. r.Figures.Select((f, i) => new OwnFigure(names[i], f.Value, f.Lower, f.Upper))]))];
    }

    private static string DigestOf(string data)
    {
        try
        {
            using var file = File.OpenRead(data);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("csv.missing-file", $"{data} is not there or cannot be read. Give the path of a CSV file.", e);
        }
    }

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
