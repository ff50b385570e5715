using System.Runtime.CompilerServices;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Streams;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Calls;

/// <summary>Following something that has a version: by a call that waits, or by a stream of what it is at each change.</summary>
internal static class Watching
{
    /// <summary>The longest that a call waits, as the grains have it.</summary>
    public const int LongestWait = 5000;

    /// <summary>What every endpoint that waits says about it.</summary>
    public const string Waits = "Waits up to waitMilliseconds (at most 5000) while its version is not above after.";

    /// <summary>The problem with a wait that is out of range, or null.</summary>
    public static IResult? Fault(int waitMilliseconds) =>
        waitMilliseconds is >= 0 and <= LongestWait ? null : ProblemResult.Of(ProblemCodes.InvalidParameter, $"waitMilliseconds is 0 to {LongestWait}.");

    /// <summary>Streams each version as an event whose id is the version, until the last one; a refusal of the first look is the answer.</summary>
    /// <typeparam name="TView">What the grain shows.</typeparam>
    /// <typeparam name="TBody">What goes out.</typeparam>
    /// <param name="stream">Sends.</param>
    /// <param name="context">The request's.</param>
    /// <param name="kind">The events' type.</param>
    /// <param name="look">Looks, after a version, with a wait.</param>
    /// <param name="version">Of a view.</param>
    /// <param name="hasEnded">Whether no other version follows.</param>
    /// <param name="map">To what goes out.</param>
    public static async Task<IResult> SendAsync<TView, TBody>(
        this EventStream stream, HttpContext context, string kind, Func<long, int, CancellationToken, Task<Reply<TView>>> look,
        Func<TView, long> version, Func<TView, bool> hasEnded, Func<TView, TBody> map)
        where TView : class
    {
        var after = -1L;
        if (EventStream.After(context.Request) is { } id && !long.TryParse(id, out after))
        {
            return ProblemResult.Of(ProblemCodes.InvalidParameter, "Last-Event-ID is a version.");
        }

        var first = await look(-1, 0, context.RequestAborted);
        return first.Refusal is { } refusal ? ProblemResult.Of(refusal) : stream.Send(context, cancel => FollowAsync(cancel));

        async IAsyncEnumerable<StreamEvent<TBody>> FollowAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            while (true)
            {
                var reply = await look(after, LongestWait, cancel);
                if (reply.Value is not { } view)
                {
                    yield break;
                }

                if (version(view) > after)
                {
                    after = version(view);
                    yield return new StreamEvent<TBody>($"{after}", kind, map(view));
                }

                if (hasEnded(view))
                {
                    yield break;
                }
            }
        }
    }
}
