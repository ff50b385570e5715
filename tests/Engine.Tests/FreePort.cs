using System.Net;
using System.Net.Sockets;

namespace PrivacyGrains.Engine.Tests;

/// <summary>Ports of the loopback that nobody listens on.</summary>
internal static class FreePort
{
    internal static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
