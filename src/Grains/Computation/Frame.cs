using System.Buffers;
using PrivacyGrains.Protocols;

namespace PrivacyGrains.Grains.Computation;

/// <summary>One sealed frame in memory that may be a pool's. Public bytes: sealed.</summary>
/// <param name="Peer">Whom it goes to or came from.</param>
/// <param name="Memory">The frame.</param>
/// <param name="Rented">What goes back to the pool once nobody reads the frame any more; null where it is somebody else's.</param>
internal readonly record struct Frame(PartyId Peer, ReadOnlyMemory<byte> Memory, byte[]? Rented)
{
    /// <summary>A copy in pooled memory.</summary>
    public static Frame Copy(PartyId peer, ReadOnlySpan<byte> bytes)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        return new Frame(peer, rented.AsMemory(0, bytes.Length), rented);
    }

    /// <summary>Gives the memory back, once.</summary>
    public void Return()
    {
        if (Rented is not null)
        {
            ArrayPool<byte>.Shared.Return(Rented);
        }
    }
}
