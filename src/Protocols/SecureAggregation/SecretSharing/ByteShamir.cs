using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.SecureAggregation.SecretSharing;

/// <summary>Shamir's sharing of a short secret, byte by byte over GF(2^8): any threshold of shares give it, fewer say nothing.</summary>
/// <remarks>
/// Source: Shamir, "How to Share a Secret", CACM 22(11), 1979, over the field of FIPS 197, each byte with a polynomial of its own (the choice of SLIP-39 and
/// of HashiCorp Vault). Perfect secrecy against fewer than the threshold. Works for up to 255 holders at the public points 1 to 255. Time does not depend on
/// secret or shares. Shares are not authenticated: with more than the threshold a wrong one is noticed, not named.
/// </remarks>
public static class ByteShamir
{
    /// <summary>The greatest point, and so the most holders.</summary>
    public const int MaximumPoint = 255;

    /// <summary>Shares a secret.</summary>
    /// <param name="secret">Any length from one byte; secret.</param>
    /// <param name="threshold">How many shares give the secret, from 1 to the number of points.</param>
    /// <param name="points">The holders' points, 1 to 255, each once; public.</param>
    /// <param name="random">Where the coefficients come from.</param>
    /// <returns>A share for each point, as long as the secret; secret, cleared by their holders.</returns>
    /// <exception cref="ArgumentException">A point is zero or doubled.</exception>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int threshold, ReadOnlySpan<byte> points, IRandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, points.Length);
        ArgumentNullException.ThrowIfNull(random);
        CheckPoints(points);
        var coefficients = new byte[(threshold - 1) * secret.Length];
        random.Fill(coefficients);
        var shares = new byte[points.Length][];
        for (var i = 0; i < points.Length; i++)
        {
            // Horner's rule from the highest coefficient down to the secret.
            var share = new byte[secret.Length];
            for (var degree = threshold - 1; degree >= 0; degree--)
            {
                var row = degree == 0 ? secret : coefficients.AsSpan((degree - 1) * secret.Length, secret.Length);
                for (var j = 0; j < share.Length; j++)
                {
                    share[j] = (byte)(Gf256.Multiply(share[j], points[i]) ^ row[j]);
                }
            }

            shares[i] = share;
        }

        CryptographicOperations.ZeroMemory(coefficients);
        return shares;
    }

    /// <summary>Reconstructs a secret from the first shares up to the threshold, and checks that any further ones fit.</summary>
    /// <param name="threshold">The threshold that the secret was shared with.</param>
    /// <param name="points">The points of the shares, each once.</param>
    /// <param name="shares">At least the threshold's number of shares, all of one length.</param>
    /// <param name="secret">The secret, or empty; the caller clears it.</param>
    /// <returns>False where more than the threshold's number were given and they do not lie on one polynomial: some share is wrong.</returns>
    /// <exception cref="ArgumentException">There are too few shares, their lengths differ, or a point is zero or doubled.</exception>
    public static bool TryReconstruct(int threshold, ReadOnlySpan<byte> points, IReadOnlyList<ReadOnlyMemory<byte>> shares, out byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, shares.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(shares.Count, threshold);
        CheckPoints(points);
        if (shares.Any(share => share.Length != shares[0].Length))
        {
            throw new ArgumentException("Shares of one secret have one length.", nameof(shares));
        }

        var basis = points[..threshold];
        secret = Interpolate(basis, shares, at: 0);
        for (var i = threshold; i < shares.Count; i++)
        {
            if (!CryptographicOperations.FixedTimeEquals(Interpolate(basis, shares, points[i]), shares[i].Span))
            {
                CryptographicOperations.ZeroMemory(secret);
                secret = [];
                return false;
            }
        }

        return true;
    }

    /// <summary>Lagrange's formula at a point: sum over i of share(i) * product over k != i of (at - x(k)) / (x(i) - x(k)).</summary>
    private static byte[] Interpolate(ReadOnlySpan<byte> basis, IReadOnlyList<ReadOnlyMemory<byte>> shares, byte at)
    {
        var value = new byte[shares[0].Length];
        for (var i = 0; i < basis.Length; i++)
        {
            byte weight = 1;
            for (var k = 0; k < basis.Length; k++)
            {
                if (k != i)
                {
                    weight = Gf256.Multiply(weight, Gf256.Multiply((byte)(at ^ basis[k]), Gf256.Inverse((byte)(basis[i] ^ basis[k]))));
                }
            }

            var share = shares[i].Span;
            for (var j = 0; j < value.Length; j++)
            {
                value[j] ^= Gf256.Multiply(share[j], weight);
            }
        }

        return value;
    }

    private static void CheckPoints(ReadOnlySpan<byte> points)
    {
        Span<bool> seen = stackalloc bool[MaximumPoint + 1];
        foreach (var point in points)
        {
            if (point == 0 || seen[point])
            {
                throw new ArgumentException("A point is 1 to 255, and each is used once.", nameof(points));
            }

            seen[point] = true;
        }
    }
}
