using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Holdfast.Control.Storage;

/// <summary>
/// The steps of a write, as the database sees them: before each statement, before the commit, after it. A process may die between any two
/// of them; tests look at the disk there.
/// </summary>
internal static class WriteSteps
{
    /// <summary>The transaction is not committed yet; everything that it does was done.</summary>
    public const string Committing = "committing";

    /// <summary>It is committed; nobody was told yet.</summary>
    public const string Committed = "committed";

    /// <summary>What calls <paramref name="atStep"/> with each step's name; a statement's is its text.</summary>
    public static IInterceptor[] Interceptors(Action<string> atStep) => [new Statements(atStep), new Commits(atStep)];

    private sealed class Statements(Action<string> atStep) : DbCommandInterceptor
    {
        public override InterceptionResult<int> NonQueryExecuting(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result
        ) => At(command, result);

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        ) => new(At(command, result));

        // Changes that are saved are read back: rows and generated values.
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        ) => new(At(command, result));

        private T At<T>(DbCommand command, T result)
        {
            if (command.Transaction is not null)
            {
                atStep(command.CommandText);
            }

            return result;
        }
    }

    private sealed class Commits(Action<string> atStep) : DbTransactionInterceptor
    {
        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction,
            TransactionEventData eventData,
            InterceptionResult result,
            CancellationToken cancellationToken = default
        )
        {
            atStep(Committing);
            return new ValueTask<InterceptionResult>(result);
        }

        public override Task TransactionCommittedAsync(
            DbTransaction transaction,
            TransactionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            atStep(Committed);
            return Task.CompletedTask;
        }

        public override InterceptionResult TransactionCommitting(
            DbTransaction transaction,
            TransactionEventData eventData,
            InterceptionResult result
        )
        {
            atStep(Committing);
            return result;
        }

        public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => atStep(Committed);
    }
}
