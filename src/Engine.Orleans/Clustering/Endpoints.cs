using System.Net;
using System.Net.Sockets;

namespace PrivacyGrains.Engine.Clustering;

/// <summary>Reads addresses and <c>host:port</c> texts; names are looked up once, at start.</summary>
internal static class Endpoints
{
    internal static IPAddress Address(string? text)
    {
        if (text is null)
            return IPAddress.Loopback;
        if (IPAddress.TryParse(text, out var address))
            return address;

        var found = Dns.GetHostAddresses(text, AddressFamily.InterNetwork);
        return found.Length > 0 ? found[0] : throw new ArgumentException($"'{text}' has no IPv4 address.", nameof(text));
    }

    internal static IPEndPoint Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), out var port) && port > 0
            ? new(Address(text[..colon]), port)
            : throw new ArgumentException($"'{text}' is no host:port.", nameof(text));
    }
}
