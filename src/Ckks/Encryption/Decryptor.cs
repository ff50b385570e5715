using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Encryption;

/// <summary>Decrypts: on the client's side only. What comes out must not go back to whoever computed the ciphertext (Li, Micciancio 2021).</summary>
/// <param name="context">The parameters.</param>
/// <param name="key">Of these parameters; disposed by its owner.</param>
public sealed class Decryptor(CkksContext context, SecretKey key)
{
    /// <summary>c0 + c1 s + c2 s^2.</summary>
    /// <param name="ciphertext">Of size 2 or 3.</param>
    /// <param name="destination">Overwritten; secret.</param>
    public void Decrypt(Ciphertext ciphertext, Plaintext destination)
    {
        var degree = context.Degree;
        destination.Resize(ciphertext.PrimeCount, degree);
        destination.Scale = ciphertext.Scale;
        for (var prime = 0; prime < ciphertext.PrimeCount; prime++)
        {
            var modulus = context.Moduli[prime];
            var s = key.Words.Slice(prime * degree, degree);
            var m = destination.Residues(prime);
            ciphertext.Residues(ciphertext.Size - 1, prime).CopyTo(m);
            for (var polynomial = ciphertext.Size - 2; polynomial >= 0; polynomial--)
            {
                ResidueLoops.Multiply(modulus, m, s, m);
                ResidueLoops.Add(modulus, m, ciphertext.Residues(polynomial, prime), m);
            }
        }
    }
}
