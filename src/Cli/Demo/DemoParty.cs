using PrivacyGrains.Client;
using PrivacyGrains.Client.Parties;

namespace PrivacyGrains.Cli.Demo;

/// <summary>One organisation's outside: its folder with its keys, and its own connection to the gateway.</summary>
internal sealed class DemoParty(PartyFolder folder, GatewayClient gateway) : IDisposable
{
    /// <summary>Its name.</summary>
    public string Name => Folder.Pins.Party;

    /// <summary>Its keys and pins.</summary>
    public PartyFolder Folder { get; } = folder;

    /// <summary>As which it calls.</summary>
    public GatewayClient Gateway { get; } = gateway;

    /// <summary>A hospital's own records.</summary>
    public string Records => Path.Combine(Folder.FullPath, "records.csv");

    /// <inheritdoc/>
    public void Dispose() => Gateway.Dispose();
}
