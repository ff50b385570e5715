using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PrivacyGrains.Engine.Tests.Clusters;

/// <summary>A certificate authority of a test's own, with PEM files in its folder.</summary>
internal sealed class TestAuthority
{
    private readonly string _folder;
    private readonly X509Certificate2 _certificate;

    internal TestAuthority(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, "authority.pem"), _certificate.ExportCertificatePem());
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A member's certificate, and this authority to believe.</summary>
    internal EngineTlsOptions Issue(string member)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + member, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("privacygrains");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_certificate, Now.AddHours(-1), Now.AddHours(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(_folder, member + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, member + ".key"), key.ExportPkcs8PrivateKeyPem());
        return new EngineTlsOptions
        {
            CertificatePath = Path.Combine(_folder, member + ".pem"),
            KeyPath = Path.Combine(_folder, member + ".key"),
            AuthorityPath = Path.Combine(_folder, "authority.pem"),
        };
    }
}
