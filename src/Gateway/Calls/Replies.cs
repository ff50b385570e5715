using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Grains;

namespace PrivacyGrains.Gateway.Calls;

/// <summary>Turns what a grain replied into an HTTP answer.</summary>
internal static class Replies
{
    /// <summary>200 with the mapped value, or the refusal as a problem.</summary>
    public static IResult ToOk<T, TBody>(this Reply<T> reply, Func<T, TBody> map)
        where T : class =>
        reply.Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.Ok(map(reply.Value!));

    /// <summary>201 with the mapped value and its address, or the refusal as a problem.</summary>
    public static IResult ToCreated<T, TBody>(this Reply<T> reply, Func<T, string> address, Func<T, TBody> map)
        where T : class =>
        reply.Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.Created(address(reply.Value!), map(reply.Value!));
}
