using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Client.Http;

/// <summary>Reads a refusal.</summary>
internal static class Problems
{
    /// <summary>Turns an answer that is no success into an exception, whatever it holds.</summary>
    public static async Task<GatewayException> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var status = (int)answer.StatusCode;
        if (answer.Content.Headers.ContentType?.MediaType is "application/problem+json")
        {
            try
            {
                var bytes = await answer.Content.ReadAsByteArrayAsync(cancel);
                if (JsonSerializer.Deserialize(bytes, (JsonTypeInfo<Problem>)MessagesJson.Tolerant.GetTypeInfo(typeof(Problem))) is { } problem)
                {
                    return new GatewayException(problem.Code, status, problem.Detail ?? problem.Title, problem.TraceId);
                }
            }
            catch (JsonException)
            {
                // Falls through: it calls itself a problem and is none of ours.
            }
        }

        return new GatewayException(
            GatewayException.NotTheApi, status, $"{answer.RequestMessage?.RequestUri} answered {status} without a problem of this API. Is this the gateway's address?");
    }
}
