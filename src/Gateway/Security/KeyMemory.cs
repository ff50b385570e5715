using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Grains;

namespace PrivacyGrains.Gateway.Security;

/// <summary>Asks the consortium who a key belongs to, and remembers a yes for <see cref="GatewaySettings.KeyMemory"/> (5 s unless set otherwise).</summary>
/// <remarks>
/// A no is never remembered, so a new key works at once. A revocation made through this gateway takes effect at once, one made elsewhere within that time.
/// Only hashes are kept, and they are compared in fixed time.
/// </remarks>
internal sealed class KeyMemory(GrainCalls calls, GatewaySettings settings, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Who a key belongs to, or why it is refused.</summary>
    public async Task<Reply<Principal>> AuthenticateAsync(string credentialId, string secretHash, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(credentialId, out var known) && known.Until > now && Same(known.SecretHash, secretHash))
        {
            return known.Principal;
        }

        var reply = await calls.Within(calls.Consortium.AuthenticateAsync(credentialId, secretHash), cancel);
        if (reply.Value is { } principal && settings.KeyMemory > TimeSpan.Zero)
        {
            if (_known.Count >= Most)
            {
                _known.Clear(); // at most one more question each
            }

            _known[credentialId] = new Known(secretHash, principal, now + settings.KeyMemory);
        }

        return reply;
    }

    /// <summary>Forgets a credential that was revoked here.</summary>
    public void Forget(string credentialId) => _known.TryRemove(credentialId, out _);

    /// <summary>Forgets the credentials of a party that was revoked here.</summary>
    public void ForgetParty(string party)
    {
        foreach (var (id, _) in _known.Where(k => k.Value.Principal.Party == party))
        {
            _known.TryRemove(id, out _);
        }
    }

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(a), Encoding.ASCII.GetBytes(b));

    private sealed record Known(string SecretHash, Principal Principal, DateTimeOffset Until)
    {
        public override string ToString() => $"Known({Principal.CredentialId})";
    }
}
