// What a training run computes on, and whether its memory suffices.
#pragma once

#include <string>

#include "amt/resources/rank_device.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// What is turned on for a user who has said nothing of it.
inline constexpr const char* kCheckpointingOption = "model.gradient_checkpointing";

/// Collective. Gradient checkpointing is turned on if that alone makes the micro-batch fit on some
/// rank and `given` has no word of the user's on it; AgreedError if it does not fit then. True if
/// it was turned on.
bool fit_memory(TrainConfiguration& config, const OptionTable& given, const Device& device,
                const mpi::Communicator& world);

/// The trainer's options with what is known of the device put in for what the user left open.
TrainerOptions complete(TrainerOptions trainer, const Device& device);

/// "4 ranks, each NVIDIA H200, bf16, peak 989.4 TFLOP/s; why not another".
std::string describe(const Device& device, const TrainerOptions& completed, int ranks);

/// Says what was chosen for the user, and what cannot be done on this device.
void announce_choices(const TrainerOptions& trainer, const Device& device, bool recomputes);

/// Of a GPU, for trainer.profile_steps; null on the CPU.
StepProfile::Switch profiler_of(const Device& device);

}  // namespace amt
