// What a training run computes on, and whether its memory suffices.
#pragma once

#include <string>

#include "amt/device/device.hpp"
#include "amt/resources/resources.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// What is turned on for a user who has said nothing of it.
inline constexpr const char* kCheckpointingOption = "model.gradient_checkpointing";

/// Collective: the device that the configuration asks for, where `world` puts this rank.
Device open_train_device(const TrainerOptions& trainer, mpi::Communicator& world);

/// The device's memory, for the ranks that share it. Local.
DeviceMemory memory_of(const Device& device, const TrainerOptions& trainer,
                       const mpi::Communicator& world);

/// Collective. Gradient checkpointing is turned on if that alone makes the micro-batch fit on some
/// rank and `given` has no word of the user's on it; AgreedError if it does not fit then. True if
/// it was turned on.
bool fit_memory(TrainConfiguration& config, const OptionTable& given, const DeviceMemory& memory,
                const mpi::Communicator& world);

/// The trainer's options with what is known of the device put in for what the user left open.
TrainerOptions complete(TrainerOptions trainer, const Device& device);

/// "4 ranks, each NVIDIA H200, bf16, peak 989.4 TFLOP/s; why not another".
std::string describe(const Device& device, const TrainerOptions& completed, int ranks);

/// Says what was chosen for the user, and what cannot be done on this device.
void announce_choices(const TrainerOptions& trainer, const Device& device, bool recomputes);

/// Of a GPU, for trainer.profile_steps; null on the CPU.
StepProfile::Switch profiler_of(const Device& device);

/// Where the ranks of a start are, as one of them sees it.
struct Placement {
  int rank = 0, ranks = 1;
  int rank_on_host = 0, ranks_on_host = 1;
  std::string host = "this machine";
};

Placement placement_of(const mpi::Communicator& world);

/// What such a rank would be given to compute on.
struct PlannedDevice {
  DeviceMemory memory;
  std::string refusal;  ///< why there is no GPU, where one was to be taken if there is one
};

/// Error if the device that must be there is not. Starts nothing. Local.
PlannedDevice plan_device(const TrainerOptions& trainer, const Placement& place);

}  // namespace amt
