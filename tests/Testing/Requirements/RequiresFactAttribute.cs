using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace PrivacyGrains.Testing;

/// <summary>Says what every <see cref="RequiresFactAttribute"/> of a class needs, those that it inherits included.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresAttribute(params string[] names) : Attribute
{
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>A fact that is skipped, visibly, where what it or its class needs is missing and not demanded.</summary>
[XunitTestCaseDiscoverer("PrivacyGrains.Testing.RequiresFactDiscoverer", "PrivacyGrains.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(params string[] names) => Skip = Requirement.SkipReason(names);
}

/// <summary>A theory that is skipped, visibly, where what it needs is missing and not demanded.</summary>
[XunitTestCaseDiscoverer("Xunit.Sdk.TheoryDiscoverer", "xunit.execution.{Platform}")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(params string[] names) => Skip = Requirement.SkipReason(names);
}

/// <summary>Makes the test case that looks at its class too: xunit 2 gives an attribute no sight of the class that inherits its method.</summary>
public sealed class RequiresFactDiscoverer(IMessageSink diagnostics) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new RequiresFactCase(diagnostics, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

/// <summary>One test whose class may have requirements.</summary>
public sealed class RequiresFactCase : XunitTestCase
{
    [Obsolete("For xunit's deserializer")]
    public RequiresFactCase()
    {
    }

    public RequiresFactCase(IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(diagnostics, display, options, method)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute)
        ?? Requirement.SkipReason(TestMethod.TestClass.Class.GetCustomAttributes(typeof(RequiresAttribute).AssemblyQualifiedName)
            .SelectMany(attribute => attribute.GetNamedArgument<IReadOnlyList<string>>(nameof(RequiresAttribute.Names))));
}
