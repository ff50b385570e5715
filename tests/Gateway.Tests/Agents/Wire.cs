namespace PrivacyGrains.Gateway.Tests.Agents;

/// <summary>The wire between one agent and the gateway, in a test's hands.</summary>
internal sealed class Wire() : DelegatingHandler(new SocketsHttpHandler())
{
    /// <summary>Before a request leaves; the first argument is the method and the path's last word.</summary>
    public Func<string, HttpRequestMessage, Task>? Before { get; set; }

    /// <summary>After the gateway has done what was asked, before the agent hears of it; may answer something else.</summary>
    public Func<string, HttpResponseMessage, Task<HttpResponseMessage>>? After { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var what = $"{request.Method} {request.RequestUri!.Segments[^1]}";
        await (Before?.Invoke(what, request) ?? Task.CompletedTask);
        var answer = await base.SendAsync(request, cancellationToken);
        return After is null ? answer : await After(what, answer);
    }
}
