package io.ghostmap.diagnosis;

/**
 * One step of a remedy. Commands are constants with validated numbers; a path of the bundle enters one only when it is
 * made of plain characters.
 *
 * @param precondition what must still hold on the node before the command may run
 * @param undo how to take it back, or that it cannot be
 */
public record RemedyStep(
        String title, String precondition, String command, String effect, String risk, String check, String undo) {}
