using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>What a client keeps secret through a round: its two key pairs, its self-mask secret, and the others' shares.</summary>
/// <remarks>Lives in memory only: a client that crashed has dropped out of the round, and a rerun has fresh keys. Disposed by the state that holds it.</remarks>
internal sealed class ClientSecrets(AgreementKey encryptionKey, AgreementKey maskingKey) : IDisposable
{
    /// <summary>c_u: agrees on keys for shares.</summary>
    public AgreementKey EncryptionKey { get; } = encryptionKey;

    /// <summary>s_u: agrees on pairs' masks; shared among the clients.</summary>
    public AgreementKey MaskingKey { get; } = maskingKey;

    /// <summary>b_u: seeds the self-mask; shared among the clients.</summary>
    public byte[] SelfMask { get; } = new byte[SharePair.Length];

    /// <summary>For each peer the key that its shares for this client come encrypted with.</summary>
    public Dictionary<int, byte[]> InboundKeys { get; } = [];

    /// <summary>Shares by owner, the own ones included.</summary>
    public Dictionary<int, SharePair> Held { get; } = [];

    /// <summary>Erases what masking needed, once the masked input is made.</summary>
    public void EraseOwn()
    {
        EncryptionKey.Dispose();
        MaskingKey.Dispose();
        CryptographicOperations.ZeroMemory(SelfMask);
        foreach (var key in InboundKeys.Values)
        {
            CryptographicOperations.ZeroMemory(key);
        }

        InboundKeys.Clear();
    }

    public void Dispose()
    {
        EraseOwn();
        foreach (var pair in Held.Values)
        {
            pair.Clear();
        }

        Held.Clear();
    }

    public override string ToString() => "ClientSecrets";
}
