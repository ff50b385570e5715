using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace PrivacyGrains.Messages.Keys;

/// <summary>The form of an invitation's token: 32 random bytes in base64url (43 characters). Secret.</summary>
public static class InvitationToken
{
    /// <summary>What the consortium keeps of a token, and what a joining party's proof is bound to.</summary>
    /// <param name="token">As the invitation gave it. Secret.</param>
    /// <param name="hash">Lower-case hex of SHA-256 over its 32 bytes.</param>
    /// <returns>Whether it has the form of a token.</returns>
    public static bool TryHash(string? token, [NotNullWhen(true)] out string? hash)
    {
        hash = null;
        Span<byte> secret = stackalloc byte[ApiKey.SecretBytes];
        if (token is not { Length: 43 } || !Base64Url.TryDecodeFromChars(token, secret, out var written) || written != ApiKey.SecretBytes)
        {
            return false;
        }

        hash = ApiKey.HashSecret(secret);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }
}
