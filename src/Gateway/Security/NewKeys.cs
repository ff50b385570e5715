using System.Security.Cryptography;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Gateway.Security;

/// <summary>Makes API keys. The gateway keeps neither the secret nor its hash.</summary>
internal static class NewKeys
{
    /// <summary>A fresh key whose id begins with whom or what it is for.</summary>
    /// <param name="owner">A party's name or a scope: a-z, 0-9 and hyphen.</param>
    public static (string CredentialId, string SecretHash, string? ApiKey) Make(string owner)
    {
        var id = $"{owner[..Math.Min(owner.Length, 48)]}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        var secret = RandomNumberGenerator.GetBytes(ApiKey.SecretBytes);
        var made = (id, ApiKey.HashSecret(secret), ApiKey.Format(id, secret));
        CryptographicOperations.ZeroMemory(secret);
        return made;
    }

    /// <summary>A fresh id of a key set or of a request: 128 random bits, so that nobody guesses another's.</summary>
    public static string MakeId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
