using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace PrivacyGrains.Engine.Clustering;

/// <summary>TLS with one private authority: who has no certificate of it is no member.</summary>
internal static class TlsSetup
{
    internal static void Configure(TlsOptions options, EngineTlsOptions ours)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(ours.AuthorityPath);
        options.LocalCertificate = X509Certificate2.CreateFromPemFile(ours.CertificatePath, ours.KeyPath);
        options.RemoteCertificateMode = ours.RequireCertificate ? RemoteCertificateMode.RequireCertificate : RemoteCertificateMode.AllowCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate; // a caller always demands the server's
        options.RemoteCertificateValidation = (certificate, _, errors) => IsMember(certificate, authority, errors);
        options.OnAuthenticateAsClient = (_, client) =>
        {
            client.TargetHost = ours.TargetHost;
            client.ClientCertificates = [options.LocalCertificate];
        };
    }

    /// <summary>A name that differs is refused; the chain is built anew, from the one authority and nothing else.</summary>
    private static bool IsMember(X509Certificate2 certificate, X509Certificate2 authority, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // members leave by the roster, see the threat model
        return chain.Build(certificate);
    }
}
