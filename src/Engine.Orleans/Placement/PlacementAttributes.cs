#pragma warning disable ORLEANSEXP004 // placement filters are marked experimental; nothing else can pin a grain by its key
using Orleans.Placement;
using PrivacyGrains.Engine.Placement;

namespace PrivacyGrains.Engine;

/// <summary>The grain runs only on a silo that hosts the party in its key: the whole key, or what stands before its first '/'.</summary>
/// <remarks>A call for a party that no silo hosts ends in an <see cref="Orleans.Runtime.OrleansException"/>. Placement is cooperative, not a security boundary.</remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PlacedWithPartyAttribute() : PlacementFilterAttribute(new PartyPlacement());

/// <summary>The grain runs only on a silo that hosts <see cref="EngineSiloOptions.CoordinatorParty"/>.</summary>
/// <remarks>A call while no silo hosts it ends in an <see cref="Orleans.Runtime.OrleansException"/>. Placement is cooperative, not a security boundary.</remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PlacedWithCoordinatorAttribute() : PlacementFilterAttribute(new CoordinatorPlacement());
