using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Tests.Sharing;

public sealed class CommitteeTests
{
    [Fact]
    public void Create_AnyOrderOfParties_GivesOrdinalIndices()
    {
        var committee = Committee.Create(SharingScheme.Additive(3), [Simulation.Name(2), Simulation.Name(0), Simulation.Name(1)], Simulation.Name(1));
        Assert.Equal(1, committee.Self);
        Assert.Equal([Simulation.Name(0), Simulation.Name(1), Simulation.Name(2)], committee.Parties.AsEnumerable());
        Assert.Equal([Simulation.Name(0), Simulation.Name(2)], committee.Peers);
    }

    [Fact]
    public void Create_WrongCountDoubledOrAbsentParty_IsRefused()
    {
        var scheme = SharingScheme.Additive(2);
        Assert.Throws<ArgumentException>(() => Committee.Create(scheme, [Simulation.Name(0)], Simulation.Name(0)));
        Assert.Throws<ArgumentException>(() => Committee.Create(scheme, [Simulation.Name(0), Simulation.Name(0)], Simulation.Name(0)));
        Assert.Throws<ArgumentException>(() => Committee.Create(scheme, [Simulation.Name(0), Simulation.Name(1)], Simulation.Name(2)));
    }
}
