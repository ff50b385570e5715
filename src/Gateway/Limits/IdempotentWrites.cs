using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Limits;

/// <summary>The header <c>Idempotency-Key</c> on any POST: the same key with the same request gives the same answer, with another request 422.</summary>
/// <remarks>
/// After draft-ietf-httpapi-idempotency-key-header-07. Keys belong to the credential (or to the address, where none is needed). Server errors, 429 and answers above
/// the limit are not kept, so repeating them tries again. See <see cref="IdempotencyMemory"/> for what it does not promise.
/// </remarks>
internal sealed class IdempotentWrites(RequestDelegate next, IdempotencyMemory memory, GatewaySettings settings)
{
    private const string Header = "Idempotency-Key";

    /// <summary>The middleware's step.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || !context.Request.Headers.TryGetValue(Header, out var header))
        {
            await next(context);
            return;
        }

        if (header.Count != 1 || header[0] is not { Length: >= 1 and <= 128 } value || value.Any(c => c is < '!' or > '~'))
        {
            await ProblemResult.Of(ProblemCodes.IdempotencyKeyInvalid, "An idempotency key has 1 to 128 visible ASCII characters.").ExecuteAsync(context);
            return;
        }

        var owner = ApiCaller.Of(context.User)?.CredentialId ?? "@" + context.Connection.RemoteIpAddress;
        var key = owner + "\n" + value;
        var (finding, answer) = memory.Begin(key, await DigestAsync(context));
        switch (finding)
        {
            case IdempotencyMemory.Finding.Answered:
                await RepeatAsync(context, answer!);
                break;
            case IdempotencyMemory.Finding.UnderWay:
                context.Response.Headers.RetryAfter = "1";
                await ProblemResult.Of(ProblemCodes.IdempotencyInProgress, "Ask again in 1 s.").ExecuteAsync(context);
                break;
            case IdempotencyMemory.Finding.Other:
                await ProblemResult.Of(ProblemCodes.IdempotencyKeyReused, "Use a fresh key for another request.").ExecuteAsync(context);
                break;
            default:
                await RunAsync(context, key);
                break;
        }
    }

    private async Task RunAsync(HttpContext context, string key)
    {
        var original = context.Response.Body;
        using var copy = new MemoryStream();
        context.Response.Body = copy;
        var kept = false;
        try
        {
            await next(context);
            var response = context.Response;
            if (response.StatusCode is < 500 and not 429 && copy.Length <= settings.Idempotency.LargestAnswer)
            {
                memory.Complete(key, new(response.StatusCode, response.ContentType, response.Headers.Location, copy.ToArray()));
                kept = true;
            }
        }
        finally
        {
            context.Response.Body = original;
            if (!kept)
            {
                memory.Abandon(key);
            }
        }

        copy.Position = 0;
        await copy.CopyToAsync(original, context.RequestAborted);
    }

    private static async Task RepeatAsync(HttpContext context, IdempotencyMemory.Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers.Location = answer.Location;
        context.Response.Headers["Idempotency-Replayed"] = "true";
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private static async Task<byte[]> DigestAsync(HttpContext context)
    {
        // The route's own limit has not been applied yet: it belongs to the endpoint, which routing has chosen.
        if (context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata>()?.MaxRequestBodySize is { } most
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most;
        }

        context.Request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{context.Request.Path}\n{context.Request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        context.Request.Body.Position = 0;
        return hash.GetHashAndReset();
    }
}
