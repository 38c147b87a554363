import type { Explanation } from '../explanations.js';

const of = (headline: string, meaning = '', todo = ''): Explanation => ({ headline, meaning, todo });
const SIGN_IN_AGAIN = 'L’utilisateur se connecte de nouveau.';
const USER_CHANGED = 'Toutes les sessions de l’utilisateur se sont terminées avec ce changement.';
const ASK_ACTOR = 'L’auteur ci-dessous l’a fait : demandez-lui.';
const MISTAKE = 'Réactivez l’utilisateur si c’était une erreur.';

const KINDS: Readonly<Record<string, Explanation>> = {
  login: of('Connexion'),
  'login-failed': of(
    'Une connexion a été refusée',
    '',
    'Beaucoup depuis une adresse : on devine des mots de passe. Les limites freinent cela.',
  ),
  'refresh-retried': of(
    'La même réponse a été envoyée de nouveau',
    'Le client a répété un renouvellement : sa réponse s’est perdue, ou deux onglets ont renouvelé ensemble.',
    'Beaucoup d’un même client : son réseau perd des réponses.',
  ),
  'refresh-refused': of('Un renouvellement a été refusé'),
  'refreshed-elsewhere': of(
    'Renouvelée depuis un autre endroit',
    'Le réseau ou l’agent utilisateur n’est pas celui du renouvellement précédent.',
    'Demandez à l’utilisateur. Dans le doute, terminez la session.',
  ),
  'session-ended': of('La session s’est terminée'),
  'record-created': of('L’enregistrement a été créé'),
  'record-updated': of('L’enregistrement a été modifié'),
  'record-deleted': of('L’enregistrement a été supprimé'),
  'token-introspected': of('Une API a vérifié un jeton'),
};

const REASONS: Readonly<Record<string, Explanation>> = {
  'session-ended revoked': of('Déconnexion', 'Le client a déconnecté l’utilisateur.', 'Rien. ' + SIGN_IN_AGAIN),
  'session-ended replayed': of(
    'Terminée, car un ancien jeton de renouvellement a été réutilisé',
    'Un jeton remplacé depuis longtemps a été présenté. Soit un voleur en a une copie, soit le client garde d’anciens jetons. ' +
      'La session s’est terminée pour les deux.',
    'Comparez les deux expéditeurs. Si l’utilisateur n’en connaît pas un, faites changer le mot de passe et regardez les autres sessions. ' +
      'Si les deux sont le même appareil, le client garde mal ses jetons.',
  ),
  'session-ended refreshed-elsewhere': of(
    'Terminée, car le jeton est venu d’un autre endroit',
    'Le renouvellement est venu d’un autre réseau ou agent utilisateur, et REFRESHED_ELSEWHERE termine de telles sessions.',
    'Demandez à l’utilisateur si le nouvel endroit est le sien. ' + SIGN_IN_AGAIN,
  ),
  'session-ended deleted': of(
    'Terminée par une personne',
    'Un utilisateur de l’API a supprimé l’enregistrement.',
    ASK_ACTOR,
  ),
  'session-ended edited': of(
    'Terminée par une modification',
    'Un utilisateur de l’API a changé l’utilisateur, le client ou le ticket de l’enregistrement, ou mis son expiration dans le passé.',
    ASK_ACTOR,
  ),
  'session-ended ended-by-operator': of('Terminée par un opérateur', 'La ligne de commande l’a terminée.', ASK_ACTOR),
  'session-ended restored': of(
    'Terminée après une restauration',
    'La base a été restaurée d’une sauvegarde. Un journal exporté nommait la fin de cette session, qui a donc été terminée de nouveau.',
    SIGN_IN_AGAIN,
  ),
  'session-ended password-changed': of(
    'Terminée, car le mot de passe a changé',
    USER_CHANGED,
    'L’utilisateur se connecte avec le nouveau mot de passe.',
  ),
  'session-ended user-disabled': of('Terminée, car l’utilisateur a été désactivé', USER_CHANGED, MISTAKE),
  'session-ended must-reset-password': of(
    'Terminée, car le mot de passe doit être changé',
    USER_CHANGED,
    'Un opérateur ou l’utilisateur change le mot de passe, puis l’utilisateur se connecte.',
  ),
  'session-ended approved': of(
    'Terminée, car un opérateur a approuvé l’utilisateur modifié',
    USER_CHANGED,
    SIGN_IN_AGAIN,
  ),
  'record-deleted expired': of(
    'L’enregistrement expiré a été supprimé',
    'La session avait expiré, et une tâche a retiré son enregistrement.',
    SIGN_IN_AGAIN,
  ),
  'refresh-refused session-ended': of(
    'Un renouvellement a été refusé : la session était terminée',
    'Le client ne le savait pas encore.',
  ),
  'refresh-refused edited': of('Un renouvellement a été refusé : une modification avait terminé la session'),
  'refresh-refused other-client': of(
    'Un renouvellement a été refusé : un autre client l’a envoyé',
    'La requête nommait un autre client que la connexion.',
    'Vérifiez la configuration du client. Si le client est inconnu, terminez la session.',
  ),
  'refresh-refused expired': of(
    'Un renouvellement a été refusé : la session avait expiré',
    'Le client est revenu trop tard.',
    SIGN_IN_AGAIN,
  ),
  'refresh-refused user-disabled': of('Un renouvellement a été refusé : l’utilisateur est désactivé', '', MISTAKE),
  'refresh-refused user-tampered': of(
    'Un renouvellement a été refusé : la ligne de l’utilisateur a été changée de l’extérieur',
    'Autre chose que le service a écrit la ligne de l’utilisateur.',
    'Traitez-le comme une intrusion : voyez SECURITY.md.',
  ),
  'refresh-refused earlier-login': of(
    'Un renouvellement a été refusé : l’utilisateur s’est reconnecté',
    'Chez un client, un utilisateur a une session. La connexion ultérieure a remplacé la précédente : l’autre appareil ou onglet a été déconnecté.',
    'Si l’utilisateur a besoin de deux appareils, donnez à chacun son propre nom de client.',
  ),
  'refresh-refused ahead-of-database': of(
    'Un renouvellement a été refusé : le jeton est plus récent que la base',
    'La base a été restaurée d’une sauvegarde.',
    SIGN_IN_AGAIN,
  ),
  'refresh-refused superseded-in-flight': of(
    'Un renouvellement a été refusé : un autre a été plus rapide',
    'Deux renouvellements étaient en route ensemble. La session continue.',
  ),
  'session-ended ended-by-user': of('Terminée par l’utilisateur', 'L’utilisateur l’a terminée dans son compte.'),
  'session-ended ended-by-command': of(
    'Terminée par une personne, avec d’autres',
    'Un utilisateur de l’API a terminé beaucoup de sessions ensemble.',
    ASK_ACTOR,
  ),
  'session-ended too-many-sessions': of(
    'Terminée, car l’utilisateur s’est connecté ailleurs',
    'L’utilisateur avait déjà autant de sessions chez ce client que celui-ci en permet (SessionsPerUser) : la plus ancienne s’est terminée.',
    SIGN_IN_AGAIN,
  ),
  'session-ended user-deleted': of('Terminée, car l’utilisateur a été supprimé', USER_CHANGED),
  'refresh-refused cut-off': of('Un renouvellement a été refusé : la session a été terminée avec d’autres'),
  'refresh-refused unproven-key': of(
    'Un renouvellement a été refusé : son expéditeur n’a pas la clé de la session',
    'Le jeton de renouvellement a été envoyé sans preuve de la clé. La session continue.',
    'Le jeton est peut-être volé. Il ne vaut rien sans la clé ; faites changer le mot de passe.',
  ),
  'refresh-refused repeated-too-often': of(
    'Un renouvellement a été refusé : il a été répété trop souvent',
    'La même réponse a été répétée cent fois.',
    'Le client tourne en boucle : réparez-le.',
  ),
};

export const EXPLANATIONS = { KINDS, REASONS };
