using System.Runtime.CompilerServices;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Limits;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Gateway.Streams;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>The audit log: heads, entries, proofs, and entries as they are written.</summary>
internal static class AuditEndpoints
{
    private const int LargestPage = 1000;

    public static void MapAudit(this RouteGroupBuilder v1)
    {
        var audit = v1.MapGroup("/audit").RequireAuthorization(Policies.Reader);
        audit.MapGet("/head", HeadAsync)
            .Says("GetTreeHead", "The log's head, signed by the coordinator.")
            .Answers<TreeHeadBody>();
        audit.MapGet("/entries", EntriesAsync)
            .Says("ListAuditEntries", "Entries from an index.")
            .Answers<Page<AuditEntryBody>>()
            .Refuses(400, ProblemCodes.InvalidParameter);
        audit.MapGet("/proofs/inclusion", InclusionAsync)
            .Says("ProveInclusion", "The proof that an entry is in the tree of a size (RFC 6962, section 2.1.1).")
            .Answers<ProofBody>()
            .Refuses(400, ProblemCodes.InvalidParameter, "audit.out-of-range");
        audit.MapGet("/proofs/consistency", ConsistencyAsync)
            .Says("ProveConsistency", "The proof that one tree is a prefix of another (RFC 6962, section 2.1.2).")
            .Answers<ProofBody>()
            .Refuses(400, ProblemCodes.InvalidParameter, "audit.out-of-range");
        audit.MapGet("/events", Events).RequireRateLimiting(RateLimits.Streams)
            .Says("FollowAudit", "Entries as they are written, as server-sent events.", "Each event's id is the entry's index; Last-Event-ID goes on after it. Without it the stream begins at index 0.")
            .Produces<AuditEntryBody>(StatusCodes.Status200OK, "text/event-stream")
            .Refuses(400, ProblemCodes.InvalidParameter);
    }

    private static async Task<IResult> HeadAsync(GrainCalls calls, CancellationToken cancel)
    {
        var head = await calls.Within(calls.Audit.HeadAsync(), cancel);
        return TypedResults.Ok(new TreeHeadBody(head.Log, head.Size, head.RootHash, head.At, head.Signature.ToArray()));
    }

    private static async Task<IResult> EntriesAsync(GrainCalls calls, CancellationToken cancel, long from = 0, int limit = 500)
    {
        if (from < 0 || limit is < 1 or > LargestPage)
        {
            return ProblemResult.Of(ProblemCodes.InvalidParameter, $"from is 0 or more; limit is 1 to {LargestPage}.");
        }

        var entries = await calls.Within(calls.Audit.ReadAsync(from, limit), cancel);
        var items = entries.Select(ToBody).ToArray();
        return TypedResults.Ok(new Page<AuditEntryBody>(items, items.Length == limit ? items[^1].Index + 1 : null));
    }

    private static async Task<IResult> InclusionAsync(long index, long size, GrainCalls calls, CancellationToken cancel) =>
        index < 0 || index >= size
            ? ProblemResult.Of(ProblemCodes.InvalidParameter, "index is 0 or more and less than size.")
            : (await calls.Within(calls.Audit.InclusionAsync(index, size), cancel)).ToOk(ToBody);

    private static async Task<IResult> ConsistencyAsync(long first, long second, GrainCalls calls, CancellationToken cancel) =>
        first < 1 || second < first
            ? ProblemResult.Of(ProblemCodes.InvalidParameter, "first is 1 or more, and second not less.")
            : (await calls.Within(calls.Audit.ConsistencyAsync(first, second), cancel)).ToOk(ToBody);

    private static IResult Events(HttpContext context, GrainCalls calls, EventStream stream)
    {
        var next = 0L;
        return EventStream.After(context.Request) is { } after && (!long.TryParse(after, out next) || next++ < 0)
            ? ProblemResult.Of(ProblemCodes.InvalidParameter, "Last-Event-ID is the index of an entry.")
            : stream.Send(context, cancel => TailAsync(calls, stream, next, cancel));
    }

    private static async IAsyncEnumerable<StreamEvent<AuditEntryBody>> TailAsync(
        GrainCalls calls, EventStream stream, long next, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var entries = await calls.Within(calls.Audit.ReadAsync(next, 100), cancel);
            foreach (var entry in entries)
            {
                yield return new StreamEvent<AuditEntryBody>($"{entry.Index}", "entry", ToBody(entry));
                next = entry.Index + 1;
            }

            if (entries.Length == 0)
            {
                await stream.PauseAsync(cancel);
            }
        }
    }

    private static AuditEntryBody ToBody(AuditEntryView entry) => new(entry.Index, entry.Json);

    private static ProofBody ToBody(ProofView proof) => new([.. proof.Hashes.Select(h => h.ToArray())]);
}
