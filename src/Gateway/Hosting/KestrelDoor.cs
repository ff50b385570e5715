using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace PrivacyGrains.Gateway.Hosting;

/// <summary>Addresses, limits and certificates of the HTTP server.</summary>
internal static class KestrelDoor
{
    public static void Configure(KestrelServerOptions kestrel, GatewaySettings settings)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = settings.MaximumBodyBytes;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxConcurrentConnections = settings.MaximumConnections;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));
        limits.Http2.MaxStreamsPerConnection = 100;
        if (settings.Https is { } https)
        {
            kestrel.ConfigureHttpsDefaults(tls => Configure(tls, https));
        }
    }

    private static void Configure(HttpsConnectionAdapterOptions tls, HttpsSettings settings)
    {
        tls.ServerCertificate = X509Certificate2.CreateFromPemFile(settings.CertificatePath, settings.KeyPath);
        tls.ServerCertificateChain = [];
        tls.ServerCertificateChain.ImportFromPemFile(settings.CertificatePath);
        if (settings.ClientAuthorityPath is not { } authorityPath)
        {
            return;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authorityPath);
        tls.ClientCertificateMode = settings.RequireClientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.AllowCertificate;
        tls.CheckCertificateRevocation = false; // the consortium's own authority; a key is revoked at once, a certificate by its short life
        tls.ClientCertificateValidation = (certificate, _, _) => IsSignedBy(authorities, certificate);
    }

    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2")); // client authentication
        return chain.Build(certificate);
    }
}
