using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Encryption;

/// <summary>Encrypts plaintexts: on the client's side. Not thread-safe.</summary>
/// <remarks>CKKS (Cheon, Kim, Kim, Song 2017), section 3.4. Under a public key the zero is made with the special prime too and divided by it, as SEAL does: the error is then about that of a key's own holder.</remarks>
/// <param name="context">The parameters.</param>
/// <param name="random">A cryptographic source.</param>
public sealed class Encryptor(CkksContext context, IRandomSource random)
{
    private readonly LastPrimeDivision _division = new(context, new PrimeWorkers(1));
    private readonly Ciphertext _zero = new();

    /// <summary>Encrypts under a public key.</summary>
    /// <param name="plaintext">Encoded at the level of the result.</param>
    /// <param name="key">Of these parameters.</param>
    /// <param name="destination">Overwritten.</param>
    public void Encrypt(Plaintext plaintext, PublicKey key, Ciphertext destination)
    {
        var level = plaintext.PrimeCount;
        if (!context.CanSwitchKeys)
        {
            ZeroEncryption.Asymmetric(context, key, random, level, destination);
        }
        else
        {
            // One prime above the level: the next of the chain, or the special one for a fresh ciphertext.
            ZeroEncryption.Asymmetric(context, key, random, level + 1, _zero);
            _division.Divide(_zero, destination);
        }

        AddMessage(plaintext, destination);
    }

    /// <summary>Encrypts with the secret key: half of the result is its seed's.</summary>
    /// <param name="plaintext">Encoded at the level of the result.</param>
    /// <param name="key">Of these parameters.</param>
    /// <param name="destination">Overwritten.</param>
    /// <returns>The seed that the second polynomial is expanded from: write it in its place (<c>Formats</c>).</returns>
    public ReadOnlyMemory<byte> EncryptSymmetric(Plaintext plaintext, SecretKey key, Ciphertext destination)
    {
        var seed = ZeroEncryption.Symmetric(context, key, random, plaintext.PrimeCount, destination);
        AddMessage(plaintext, destination);
        return seed;
    }

    private void AddMessage(Plaintext plaintext, Ciphertext destination)
    {
        for (var prime = 0; prime < plaintext.PrimeCount; prime++)
        {
            var c = destination.Residues(0, prime);
            ResidueLoops.Add(context.Moduli[prime], c, plaintext.Residues(prime), c);
        }

        destination.Scale = plaintext.Scale;
    }
}
