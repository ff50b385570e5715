using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Rounds;

/// <summary>The body of an upload: the length of the receipt (4 bytes, little-endian; 0 for none), the receipt as JSON, then the masked input's canonical bytes.</summary>
/// <remarks>The receipt stands in the body and not in a header, so that whatever identifies a request by its body identifies the charge with it.</remarks>
public static class MaskedUpload
{
    private const int LargestReceipt = 8 * 1024;

    /// <summary>Puts a body together.</summary>
    /// <param name="receipt">The committed charge; null where the computation charges nothing.</param>
    /// <param name="maskedInput">The signed message of the phase.</param>
    public static byte[] Write(ChargeReceiptBody? receipt, ReadOnlySpan<byte> maskedInput)
    {
        var json = receipt is null ? [] : JsonSerializer.SerializeToUtf8Bytes(receipt, MessagesJson.Strict.GetTypeInfo(typeof(ChargeReceiptBody)));
        var body = new byte[sizeof(int) + json.Length + maskedInput.Length];
        BinaryPrimitives.WriteInt32LittleEndian(body, json.Length);
        json.CopyTo(body.AsSpan(sizeof(int)));
        maskedInput.CopyTo(body.AsSpan(sizeof(int) + json.Length));
        return body;
    }

    /// <summary>Takes a body apart.</summary>
    /// <param name="body">As it came; may be hostile.</param>
    /// <param name="receipt">The receipt, unverified; null where none came.</param>
    /// <param name="maskedInput">The rest, unverified.</param>
    /// <param name="fault">What is wrong, or null.</param>
    /// <returns>Whether it has the form.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> body, out ChargeReceiptBody? receipt, out ReadOnlyMemory<byte> maskedInput, [NotNullWhen(false)] out string? fault)
    {
        (receipt, maskedInput, fault) = (null, default, null);
        var length = body.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(body.Span);
        if (length is < 0 or > LargestReceipt || length > body.Length - sizeof(int))
        {
            fault = $"An upload begins with its receipt's length: 4 bytes, little-endian, 0 to {LargestReceipt}, and not more than follows.";
            return false;
        }

        try
        {
            receipt = length == 0 ? null : (ChargeReceiptBody?)JsonSerializer.Deserialize(body.Span.Slice(sizeof(int), length), MessagesJson.Strict.GetTypeInfo(typeof(ChargeReceiptBody)));
        }
        catch (JsonException)
        {
            fault = "The receipt is not a charge's receipt in JSON.";
            return false;
        }

        maskedInput = body[(sizeof(int) + length)..];
        return true;
    }
}
