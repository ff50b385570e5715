namespace PrivacyGrains.Protocols.SecureAggregation.SecretSharing;

/// <summary>The field of 256 elements that AES uses: polynomials over GF(2) modulo x^8 + x^4 + x^3 + x + 1.</summary>
/// <remarks>
/// Source: FIPS 197, section 4. Neither a table nor a branch depends on an operand, so time does not either. Addition and subtraction are exclusive or.
/// </remarks>
internal static class Gf256
{
    private const int Reduction = 0x11B;

    /// <summary>The product.</summary>
    public static byte Multiply(byte a, byte b)
    {
        // Carry-less multiplication, then reduction from the top bit down; -(bit) is all ones or all zeros.
        var product = 0;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= -((b >> bit) & 1) & (a << bit);
        }

        for (var bit = 14; bit >= 8; bit--)
        {
            product ^= -((product >> bit) & 1) & (Reduction << (bit - 8));
        }

        return (byte)product;
    }

    /// <summary>The inverse, as the power 254; zero gives zero.</summary>
    public static byte Inverse(byte a)
    {
        byte power = a, result = 1;
        for (var bit = 1; bit < 8; bit++)
        {
            power = Multiply(power, power);
            result = Multiply(result, power);
        }

        return result;
    }
}
