// Chooses the device's algorithms before the first step, so that later results do not depend on
// timing.
#pragma once

#include <string>

#include "amt/model/model.hpp"

namespace amt {

/// Adopts the choices in `before`, an earlier record of the device's algorithms or "", and logs the
/// reason if they cannot be used. Then makes the remaining choices: if `timed`, by timing a
/// training pass over `rows` artificial rows, which overwrites the model's gradients; otherwise by
/// taking the libraries' first proposals, which are the same at each start. Returns the record of
/// all choices; "" if there were none. Local.
std::string choose_algorithms(Model& model, int rows, const std::string& before, bool timed);

/// Adopts the choices of another rank's device, if any; logs the reason if that fails. Local.
void take_algorithms(Model& model, const std::string& record);

}  // namespace amt
