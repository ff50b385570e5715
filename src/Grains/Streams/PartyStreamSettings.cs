using System.Globalization;
using System.Net;

namespace PrivacyGrains.Grains.Streams;

/// <summary>Where a silo takes its peers' streams.</summary>
public sealed record PartyStreamSettings
{
    /// <summary>Address and port to listen at, as <c>0.0.0.0:11200</c> or <c>[::]:11200</c>; port 0 takes a free one. Empty: streams are off, and frames go as grain messages.</summary>
    public string Listen { get; init; } = string.Empty;

    /// <summary>Host and port as peers reach them, as <c>clinic.example:11200</c>; empty for what is listened at.</summary>
    public string Advertise { get; init; } = string.Empty;

    /// <summary>What is wrong with the settings: each a sentence.</summary>
    /// <param name="section">The section that they stand in, for the sentences.</param>
    public IEnumerable<string> Faults(string section)
    {
        var endpoint = Listen.Length == 0 ? null : IPEndPoint.TryParse(Listen, out var parsed) && Listen.Contains(':', StringComparison.Ordinal) ? parsed : null;
        if (Listen.Length > 0 && endpoint is null)
        {
            yield return $"{section}:Listen is '{Listen}': write an address and a port such as 127.0.0.1:11200, or leave it empty for no streams.";
        }

        if (Advertise.Length > 0 && Point(Advertise) is null)
        {
            yield return $"{section}:Advertise is '{Advertise}': write a host and a port such as clinic.example:11200.";
        }

        if (Advertise.Length > 0 && Listen.Length == 0)
        {
            yield return $"{section}:Advertise is set and Listen is empty: say where to listen, or advertise nothing.";
        }

        if (endpoint is not null && Advertise.Length == 0 && (endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any)))
        {
            yield return $"{section}:Listen is every address of this machine: set Advertise to the one that peers reach.";
        }
    }

    internal StreamPoint Advertised(IPEndPoint bound) => Point(Advertise) ?? new StreamPoint(bound.Address.ToString(), bound.Port);

    private static StreamPoint? Point(string text) =>
        text.LastIndexOf(':') is > 0 and var at && int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? new StreamPoint(text[..at].Trim('[', ']'), port)
            : null;
}
