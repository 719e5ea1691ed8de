//! A verified password, remembered for a mail app that reconnects.
