#pragma warning disable CA1032, RCS1194 // the constructors that Orleans has and the engine uses
namespace Orleans.Runtime;

/// <summary>The engine could not do its part: no activation, no silo, a broken stream.</summary>
public class OrleansException : Exception
{
    /// <summary>An exception with Orleans' own message.</summary>
    public OrleansException()
        : base("Unexpected error.")
    {
    }

    /// <summary>An exception with that message.</summary>
    /// <param name="message">What happened and what to do.</param>
    public OrleansException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a cause.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A call was refused before it ran.</summary>
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message)
        : base(message)
    {
    }
}

/// <summary>The silo that should answer is gone; the call may or may not have run.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>An exception with that message.</summary>
    /// <param name="msg">What happened.</param>
    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }
}

/// <summary>The activation that produced an asynchronous stream has ended before the stream.</summary>
public sealed class EnumerationAbortedException : Exception
{
    /// <summary>An exception with that message.</summary>
    /// <param name="message">What happened.</param>
    public EnumerationAbortedException(string message)
        : base(message)
    {
    }
}
