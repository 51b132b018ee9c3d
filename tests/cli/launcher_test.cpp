#include "src/cli/launcher.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/refusal.hpp"

namespace amt {
namespace {

constexpr const char* kOpenMpi = "Open MPI v4.1.4";
constexpr const char* kMpich = "MPICH Version: 4.0.2";

using Variables = std::map<std::string, std::string>;

Launcher launcher_of(const Variables& variables) {
  return find_launcher([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

// Observed with Slurm 22.05.
const Variables kBatchShell = {{"SLURM_JOB_ID", "1"},   {"SLURM_NTASKS", "2"},
                               {"SLURM_NPROCS", "2"},   {"SLURM_PROCID", "0"},
                               {"SLURM_LOCALID", "0"},  {"SLURM_TASKS_PER_NODE", "1(x2)"},
                               {"SLURM_TASK_PID", "99"}};

Variables with(Variables variables, const Variables& more) {
  for (const auto& [name, value] : more) variables[name] = value;
  return variables;
}

const Variables kStep = with(kBatchShell, {{"SLURM_STEP_ID", "0"},
                                           {"SLURM_STEP_NUM_TASKS", "2"},
                                           {"SLURM_PROCID", "1"},
                                           {"SLURM_MPI_TYPE", "none"}});

TEST(Launcher, WithoutALauncherThereIsOneProcess) {
  const Launcher none = launcher_of({});
  EXPECT_EQ(none.ranks, 1);
  EXPECT_EQ(none.rank, 0);
  EXPECT_EQ(launcher_refusal(none, kOpenMpi, 0), "");
  EXPECT_EQ(launcher_refusal(none, kOpenMpi, 1), "");
}

TEST(Launcher, TheShellOfABatchJobIsNotALaunchedRank) {
  const Launcher shell = launcher_of(kBatchShell);
  EXPECT_EQ(shell.ranks, 1);
  EXPECT_EQ(shell.rank, 0);
  EXPECT_EQ(launcher_refusal(shell, kOpenMpi, 0), "");
  EXPECT_EQ(launcher_refusal(shell, kOpenMpi, 1), "");
  EXPECT_FALSE(is_shell_of_step(shell, kOpenMpi));
}

TEST(Launcher, RanksFromAMatchingMpiAreTrusted) {
  const Launcher mpirun = launcher_of(
      {{"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_RANK", "3"}, {"PMIX_RANK", "3"}});
  EXPECT_EQ(mpirun.rank, 3);
  EXPECT_EQ(launcher_refusal(mpirun, kOpenMpi, 0), "");
  EXPECT_EQ(launcher_refusal(mpirun, kOpenMpi, 4), "");
}

// mpirun starts its daemons with srun, so ranks on other nodes have the variables of both
// launchers.
TEST(Launcher, TheInnermostLauncherWins) {
  const Variables mpirun =
      with(kStep, {{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}});
  EXPECT_EQ(launcher_of(mpirun).ranks, 1);
  EXPECT_EQ(launcher_of(mpirun).rank, 0);
  EXPECT_EQ(launcher_refusal(launcher_of(mpirun), kOpenMpi, 1), "");
}

TEST(Launcher, AnMpirunFromAnotherMpiIsReported) {
  const Launcher pmi = launcher_of({{"PMI_SIZE", "2"}, {"PMI_RANK", "1"}});
  EXPECT_EQ(pmi.rank, 1);
  EXPECT_EQ(launcher_refusal(pmi, kOpenMpi, 0), "");  // MPI may support it
  EXPECT_TRUE(test::says(launcher_refusal(pmi, kOpenMpi, 1), {"PMI_SIZE", kOpenMpi}));
  const Launcher open_mpi =
      launcher_of({{"OMPI_COMM_WORLD_SIZE", "2"}, {"OMPI_COMM_WORLD_RANK", "0"}});
  EXPECT_TRUE(test::says(launcher_refusal(open_mpi, kMpich, 1), {"OMPI_COMM_WORLD_SIZE", "MPICH"}));
  EXPECT_NE(launcher_refusal(launcher_of({{"PMIX_RANK", "1"}}), kMpich, 1), "");
}

TEST(Launcher, SrunWithoutPmixIsRefusedBeforeOpenMpiEndsTheProcess) {
  const Launcher step = launcher_of(kStep);
  EXPECT_EQ(step.ranks, 2);
  EXPECT_EQ(step.rank, 1);
  EXPECT_TRUE(test::says(launcher_refusal(step, kOpenMpi, 0),
                         {"srun --mpi=none ", " 2 processes", "srun --mpi=pmix"}));
  EXPECT_EQ(launcher_refusal(step, kMpich, 0), "");
  EXPECT_EQ(launcher_refusal(launcher_of(with(kStep, {{"PMIX_RANK", "1"}})), kOpenMpi, 0), "");
  const Launcher pmi2 =
      launcher_of(with(kStep, {{"PMI_SIZE", "2"}, {"PMI_RANK", "1"}, {"SLURM_MPI_TYPE", "pmi2"}}));
  EXPECT_TRUE(test::says(launcher_refusal(pmi2, kMpich, 1), {"srun --mpi=pmi2 "}));
}

TEST(Launcher, AShellInAJobStepIsOneProcess) {
  const Launcher shell = launcher_of(with(
      kStep,
      {{"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_STEP_ID", "4294967290"}, {"SLURM_PROCID", "0"}}));
  EXPECT_EQ(launcher_refusal(shell, kOpenMpi, 1), "");
  EXPECT_TRUE(is_shell_of_step(shell, kOpenMpi));
  EXPECT_FALSE(is_shell_of_step(shell, kMpich));
}

TEST(Launcher, TorchrunsVariablesAloneAreIgnored) {
  const Variables variables = {{"WORLD_SIZE", "8"}, {"RANK", "3"}};
  EXPECT_EQ(launcher_of(variables).ranks, 1);
  EXPECT_EQ(launcher_of(with(variables, {{"TORCHELASTIC_RUN_ID", "x"}})).ranks, 8);
}

}  // namespace
}  // namespace amt
