using System.Text.Json;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Inferences;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>A network that loses a party's input on its way and lets a test see it: for tests that alter, swap or repeat what was sealed.</summary>
internal sealed class Recorded(InferenceWorld world, string party) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _network = new(new SocketsHttpHandler());
    private byte[]? _body;

    /// <summary>What the party's own client would have sent; its disclosure is committed.</summary>
    public async Task<SlotSharesBody> SealedAsync(string session, string slot, double[] values)
    {
        var options = new GatewayOptions { BaseAddress = world.Consortium.Gateway.Address, ApiKey = world.Consortium.KeyOf(party), Attempts = 1 };
        using var client = new GatewayClient(options, null, this);
        var inference = new JointInference(PartyFolder.Open(world.Consortium.FolderOf(party)), client);
        var lost = await Assert.ThrowsAsync<GatewayException>(() => inference.ProvideAsync(session, slot, values));
        Assert.Equal(GatewayException.Unreachable, lost.Code);
        return JsonSerializer.Deserialize<SlotSharesBody>(_body, MessagesJson.Tolerant)!;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.Contains("/inputs/", StringComparison.Ordinal))
        {
            _body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            throw new HttpRequestException("lost on the way");
        }

        return await _network.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        _network.Dispose();
        base.Dispose(disposing);
    }
}
